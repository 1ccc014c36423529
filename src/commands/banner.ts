import type { Config } from '../config/config.js';
import type { FirstAdmin } from '../identity/founding.js';

const exampleRoute = '/scans';

/**
 * What a person at a terminal is told once the program listens: where it is, how to get in, and two lines to try.
 * The one place where a generated password is ever shown.
 */
export function banner(url: string, config: Config, admin: FirstAdmin | undefined): string {
  const lines = ['', `Gatehouse is at ${url}`, ''];
  if (admin?.generated === true) {
    lines.push(
      `  first admin   ${admin.email}`,
      `  password      ${admin.password.reveal()}   (shown this once; keep it)`,
      '',
    );
  }
  const route = config.file.routes.some(({ path }) => path.startsWith(exampleRoute))
    ? exampleRoute
    : '/auth/me';
  lines.push('Try a request that is refused:', '', `  curl -i ${url}${route}`, '');
  lines.push('Log in, and try it as somebody:', '', ...logInLines(url, route, config, admin), '');
  lines.push(`API reference: ${url}/docs`, '');
  return lines.join('\n');
}

function logInLines(url: string, route: string, config: Config, admin: FirstAdmin | undefined): string[] {
  const email = admin?.email ?? config.bootstrap.email;
  const password = admin?.generated === true ? admin.password.reveal() : 'YOUR_PASSWORD';
  const body = JSON.stringify({ email, password });
  const token = `curl -s ${url}/auth/login -H 'content-type: application/json' -d '${body}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;
  return [`  curl -i ${url}${route} -H "authorization: Bearer $(${token})"`];
}
