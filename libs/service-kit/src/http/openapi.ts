import type { OpenApiDocument } from '@daybook/contracts';
import { type RequestHandler, Router } from 'express';
import { docsPage } from './openapi-page.ts';

/**
 * `GET /openapi.json` and, to be read by people, `GET /docs`: for everybody, for they tell nothing that is secret. Both are made once.
 *
 * @param guards come before both, as a limit of requests does
 */
export function openApiRoutes(document: OpenApiDocument, ...guards: readonly RequestHandler[]): Router {
  const json = JSON.stringify(document);
  const { html, contentSecurityPolicy } = docsPage(document);
  const router = Router();
  router.get('/openapi.json', ...guards, (_request, response) => {
    response.type('application/json').send(json);
  });
  router.get('/docs', ...guards, (_request, response) => {
    response.set('Content-Security-Policy', contentSecurityPolicy).type('text/html').send(html);
  });
  return router;
}
