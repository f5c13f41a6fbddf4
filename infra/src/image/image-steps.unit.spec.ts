import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageSteps } from './image-steps.ts';

const well = readFileSync(join(__dirname, '..', '..', '..', 'apps', 'order', 'Dockerfile'), 'utf8');

describe('The steps of an image', () => {
  it('are those of its Dockerfile', () => {
    expect(imageSteps(well)).toEqual({
      repository: '/repo',
      builds: [
        'npm run build --workspace @daybook/order',
        'node tools/local/image-packages.mjs apps/order/dist /packed',
      ],
      copies: [
        { from: '/packed/node_modules', to: '/app/node_modules' },
        { from: '/repo/apps/order/dist/', to: '/app/' },
      ],
      workingDirectory: '/app',
      uid: 10_001,
      gid: 10_001,
      environment: { NODE_ENV: 'production' },
      command: ['node', '--enable-source-maps', 'main.js'],
    });
  });

  it.each([
    ['installs something else first', 'npm ci', 'npm install', 'RUN npm ci'],
    ['copies from somewhere else', '--from=build /packed', '--from=other /packed', 'COPY --from=build'],
    ['has a user without a group', 'USER 10001:10001', 'USER 10001', 'USER'],
  ])('cannot be had where it %s', (_case, from, to, what) => {
    expect(() => imageSteps(well.replace(from, to))).toThrow(what);
  });
});
