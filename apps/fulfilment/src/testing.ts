export { fulfilmentService } from './test-support/fulfilment-service.ts';
