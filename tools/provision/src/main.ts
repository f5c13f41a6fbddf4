import { parseArgs } from 'node:util';
import { hubs } from '@daybook/contracts';
import { provisionBlobs } from './blobs.ts';
import { provisionContainers } from './containers.ts';
import { namedHubRoles, namedRoles } from './roles.ts';

const help = `provision: creates the containers that the services use, as a deployment does; what is there stays as it is

  --print-hubs       prints the hubs and their consumer groups as JSON (for the Event Hubs emulator's --config) and ends
  --print-roles      prints the roles of all identities as JSON (for the Cosmos DB emulator's --roles) and ends
  --print-hub-roles  prints their roles at the hubs as JSON (for the Event Hubs emulator's --roles) and ends
  --help             this text

Settings: COSMOS_ENDPOINT, COSMOS_KEY, BLOB_CONNECTION_STRING
(hubs are created by the emulator's configuration here and by Bicep on Azure, where this identity would need management rights).`;

const { values } = parseArgs({
  options: {
    'print-hubs': { type: 'boolean' },
    'print-roles': { type: 'boolean' },
    'print-hub-roles': { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help === true) console.log(help);
else if (values['print-hubs'] === true) console.log(JSON.stringify({ hubs }, undefined, 2));
else if (values['print-roles'] === true) console.log(JSON.stringify(namedRoles(), undefined, 2));
else if (values['print-hub-roles'] === true) console.log(JSON.stringify(namedHubRoles(), undefined, 2));
else await provision(process.env);

async function provision(env: NodeJS.ProcessEnv): Promise<void> {
  const required = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') {
      console.error(`provision: ${name} is not set; it says where to create things`);
      process.exit(2);
    }
    return value;
  };
  const created = await provisionContainers(required('COSMOS_ENDPOINT'), required('COSMOS_KEY'));
  const blobs = await provisionBlobs(required('BLOB_CONNECTION_STRING'));
  console.log(`provisioned ${created} containers and the Blob containers ${blobs.join(', ')}`);
}
