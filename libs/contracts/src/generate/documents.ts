import { openApiOf } from '../http/openapi.ts';
import { type ServiceName, serviceNames } from '../topology/services.ts';
import { asyncApiOf } from './asyncapi.ts';
import { type GeneratedFile, jsonFile } from './generated-file.ts';
import { jsonSchemaFiles } from './json-schemas.ts';

/** Every service has a contract with others, versioned and released by itself. */
export const producers: readonly ServiceName[] = serviceNames;

/** Every document that is made from the contracts. Pure and deterministic. */
export const generatedFiles = (): readonly GeneratedFile[] => [
  ...producers.map((service) => jsonFile(`openapi/${service}.json`, openApiOf(service))),
  ...producers.map((service) => jsonFile(`asyncapi/${service}.json`, asyncApiOf(service))),
  ...jsonSchemaFiles(),
];

/** The command that writes them. */
export const generateCommand = 'npm run generate -w @daybook/contracts';
