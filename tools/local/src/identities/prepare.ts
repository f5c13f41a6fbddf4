import { join } from 'node:path';
import {
  dataRoleAssignments,
  dataRoleDefinitions,
  hubRoleAssignments,
  hubs,
  namedPrincipals,
} from '@daybook/contracts';
import { replaceFile } from '../files.ts';
import { makeCertificate } from './certificate.ts';
import { makeSecrets } from './secrets.ts';

/** What the emulators are told, each in a file. */
export const emulatorFilesIn = (
  dataFolder: string,
): { readonly hubs: string; readonly roles: string; readonly hubRoles: string } => ({
  hubs: join(dataFolder, 'hubs.json'),
  roles: join(dataFolder, 'roles.json'),
  hubRoles: join(dataFolder, 'hub-roles.json'),
});

/** Puts into a data folder what its processes begin with: secrets, a certificate, and the hubs and roles as they are today. */
export async function prepareDataFolder(dataFolder: string, alsoTrusted: string | undefined): Promise<void> {
  makeSecrets(dataFolder);
  await makeCertificate(dataFolder, Date.now(), alsoTrusted);
  const files = emulatorFilesIn(dataFolder);
  const write = (file: string, content: object): void => replaceFile(file, `${JSON.stringify(content)}\n`);
  write(files.hubs, { hubs });
  write(files.roles, {
    roleDefinitions: dataRoleDefinitions,
    roleAssignments: dataRoleAssignments(namedPrincipals),
  });
  write(files.hubRoles, { roleAssignments: hubRoleAssignments(namedPrincipals) });
}
