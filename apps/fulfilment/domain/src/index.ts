export { fulfilOrder, type FulfilOrderContext } from './fulfil-order/fulfil-order.ts';
export { returnOrder, type ReturnOrderContext } from './return-order/return-order.ts';
export { fulfilmentDefinitions } from './definitions.ts';
export { defaultTiming, type SagaTiming } from './timing.ts';
export { generateCommand, type GeneratedFile, generatedFiles, withDiagrams } from './documents.ts';
