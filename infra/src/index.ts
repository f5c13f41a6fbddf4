export { type ImageSteps, imageSteps } from './image/image-steps.ts';
export { podSpec, type PodSpec } from './image/pod-spec.ts';
