export { fulfilmentRoutes, type FulfilmentRoutes } from './http/routes.ts';
