// npm run --silent token -- --role operator
import { parseArgs } from 'node:util';
import { callerRoles, scopes } from '@daybook/contracts';
import { findRoot, resolveSettings } from '../settings.ts';
import { askForToken } from './token-source.ts';

const usage = `npm run --silent token -- --role ROLE: prints a token for the Daybook that runs on this machine, and nothing else

  --role ROLE      ${callerRoles.join(', ')}
  --subject ID     who it is about; a customer's is their customer id (default: the role)
  --hours N        how long it is good for, 1 to 24 (default 1)
  --scope SCOPE    what a program may do with it in the person's name, as often as it takes (default: everything; a service speaks for nobody):
                   ${scopes.slice(0, 5).join(', ')},
                   ${scopes.slice(5).join(', ')}
  --help           this text

  curl -H "authorization: Bearer $(npm run --silent token -- --role operator)" localhost:4104/v1/sagas`;

try {
  const { values } = parseArgs({
    options: {
      role: { type: 'string' },
      subject: { type: 'string' },
      hours: { type: 'string' },
      scope: { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  });
  const { role, subject, hours = '1', scope } = values;
  if (values.help === true) console.log(usage);
  else if (role === undefined) throw new Error(`--role is needed: ${callerRoles.join(', ')}`);
  else if (!/^([1-9]|1\d|2[0-4])$/.test(hours)) throw new Error('--hours must be 1 to 24');
  else {
    const { urls } = resolveSettings(process.env, findRoot(import.meta.dirname));
    if (urls.issuer === undefined)
      throw new Error('tokens come from elsewhere (AUTH_ISSUER), or none are needed (DAYBOOK_AUTH=off)');
    const request = {
      ...{ role, seconds: Number(hours) * 3_600 },
      ...(subject === undefined ? {} : { subject }),
      ...(scope === undefined ? {} : { scopes: scope }),
    };
    console.log(await askForToken(urls.issuer, request));
  }
} catch (error) {
  console.error(`token: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
