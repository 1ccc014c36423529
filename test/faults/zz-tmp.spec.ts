import { makeInstallation } from '../harness/installation.js';
import { startTcpProxy } from '../harness/tcp-proxy.js';
it('x', async () => {
  const installation = await makeInstallation({
    yaml: 'permissions: [a.b]\nupstreams: { s: { url: example, timeout: 5s } }\nroutes:\n  - { methods: [GET], path: /status, upstream: s, public: x }\n',
    env: { LOG_LEVEL: 'trace' },
  });
  const { port } = new URL(installation.database.url);
  const proxy = await startTcpProxy('127.0.0.1', Number(port));
  const url = new URL(installation.database.url);
  url.port = String(proxy.port);
  const t0 = performance.now();
  const lap = (n: string) => console.log(n, performance.now() - t0);
  const cutOff = await installation.start({ DATABASE_URL: url.href });
  lap('started');
  await cutOff.http.get('/status');
  lap('401');
  proxy.mode('blackhole');
  await cutOff.http.get('/auth/me', { key: 'cspm_x' });
  lap('503');
  await cutOff.program.end('SIGTERM', 20_000);
  lap('ended');
  console.log(cutOff.program.output().stdout);
  await proxy.close();
  await installation.remove();
});
