import { startControllerApp, type ControllerApp } from '../../test/harness/controller-app.js';
import { errorCatalogue } from './error-catalogue.js';

describe('the documentation', () => {
  let server: ControllerApp;
  beforeAll(async () => {
    server = await startControllerApp();
  });
  afterAll(() => server.stop());

  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      policy: response.headers.get('content-security-policy'),
      text: await response.text(),
    };
  };

  it('shows the API without asking anybody else for anything', async () => {
    const { status, type, policy, text } = await get('/docs');
    expect({ status, type }).toEqual({ status: 200, type: 'text/html; charset=utf-8' });
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(text).not.toMatch(/https?:|<script>/);
    const loaded = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(loaded).toEqual([
      '/docs/assets/swagger-ui.css',
      '/docs/assets/swagger-ui-bundle.js',
      '/docs/assets/start.js',
    ]);
    for (const path of loaded) {
      const asset = await get(path);
      expect({ path, status: asset.status, filled: asset.text.length > 100 }).toEqual({
        path,
        status: 200,
        filled: true,
      });
    }
  });

  it('serves those files and no others', async () => {
    for (const name of [
      'index.html',
      'package.json',
      '..%2Fpackage.json',
      'constructor',
      'swagger-ui-bundle.js.map',
    ]) {
      expect({ name, status: (await get(`/docs/assets/${name}`)).status >= 400 }).toEqual({
        name,
        status: true,
      });
    }
  });

  it('explains each code on a page of its own, and all of them on one', async () => {
    const all = await get('/docs/errors');
    for (const { code, status } of errorCatalogue) {
      const page = await get(`/docs/errors/${code}`);
      expect({ code, status: page.status, type: page.type }).toEqual({
        code,
        status: 200,
        type: 'text/html; charset=utf-8',
      });
      const heading = `<code>${code}</code> (${status})`;
      expect(page.text).toContain(heading);
      expect(all.text).toContain(heading);
    }
  });

  it('repeats nothing of a code that does not exist', async () => {
    const { status, type, text } = await get('/docs/errors/%3Cscript%3Ealert(1)');
    expect({ status, type }).toEqual({ status: 404, type: 'application/problem+json' });
    expect(text).not.toMatch(/script|alert/);
  });

  it('is where the type of every problem leads', async () => {
    const problem = (await (await fetch(`${server.url}/nowhere`)).json()) as { type: string };
    expect((await get(new URL(problem.type).pathname)).status).toBe(200);
  });
});
