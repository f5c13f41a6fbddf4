// node infra/pipelines/affected-services.mjs BASE: the services that changed since BASE, as JSON: ["order"]
import { execFileSync } from 'node:child_process';

const services = ['order', 'inventory', 'payment', 'fulfilment'];
const [base = 'main~1'] = process.argv.slice(2);
const text = execFileSync('npx', ['nx', 'show', 'projects', '--affected', `--base=${base}`, '--json'], {
  encoding: 'utf8',
});
const affected = JSON.parse(text);
console.log(JSON.stringify(services.filter((service) => affected.includes(`@daybook/${service}`))));
