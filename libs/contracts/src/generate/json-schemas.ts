import type { z } from 'zod';
import { jsonSchemaOf } from '../json-schema.ts';
import { serviceEvents, takenCommands } from '../wire/catalogues.ts';
import { cloudEvent } from '../wire/cloud-event.ts';
import { type GeneratedFile, jsonFile } from './generated-file.ts';

/**
 * JSON Schemas as they are on the wire: of the data of each event, by the service that writes it; of each command, by the service that
 * takes it; and of the envelope that both are in.
 */
export const jsonSchemaFiles = (): readonly GeneratedFile[] => [
  schemaFile(
    'CloudEvent',
    'cloud-event',
    'The envelope of every message: CloudEvents 1.0 with extensions.',
    cloudEvent,
  ),
  ...Object.entries(serviceEvents).flatMap(([service, events]) =>
    Object.entries(events).map(([type, { version, schema }]) => {
      const description = `Data of the event ${type}, version ${version}.`;
      return schemaFile(
        `${service}/events/${type}.v${version}`,
        `${service}:event:${type}:${version}`,
        description,
        schema,
      );
    }),
  ),
  ...Object.entries(takenCommands).flatMap(([service, commands]) =>
    Object.entries(commands).map(([type, schema]) =>
      schemaFile(`${service}/commands/${type}`, `${service}:command:${type}`, `Data of the command ${type}.`, schema),
    ),
  ),
];

const schemaFile = (path: string, name: string, description: string, schema: z.ZodType): GeneratedFile =>
  jsonFile(`json-schema/${path}.json`, {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:daybook:${name}`,
    description,
    ...jsonSchemaOf(schema, 'output'),
  });
