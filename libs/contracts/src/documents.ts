// What tools need of the contracts as documents; services need none of it.
export { generateCommand, generatedFiles, producers } from './generate/documents.ts';
export { type GeneratedFile } from './generate/generated-file.ts';
export { asyncApiOf, type AsyncApiDocument } from './generate/asyncapi.ts';
export { openApiOf, type OpenApiDocument, type Operation } from './http/openapi.ts';
export { contractVersions } from './versions.ts';
export { decodeFixture, type Fixture, fixtureName, missingFixtures } from './events/fixture.ts';
export { serviceEvents } from './wire/catalogues.ts';
export { hubMessagesOf, type HubMessageType } from './wire/hub-messages.ts';
export type { HubName } from './topology/topology.ts';
export type { ServiceName } from './topology/services.ts';
export { hubSenders } from './topology/hub-senders.ts';
export { hubs } from './topology/topology.ts';
