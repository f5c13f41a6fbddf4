export { provisionBlobs } from './blobs.ts';
export { containerRequest, provisionContainers } from './containers.ts';
