import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** A server behind a proxy that can fail. */
export interface Proxied {
  readonly proxy: TcpProxy;
  /** The server's address, through the proxy. */
  readonly url: string;
}

const usualPorts: Readonly<Record<string, number>> = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
};

/** Puts a proxy in front of the server at an address of a database or a Redis. */
export async function proxied(address: string): Promise<Proxied> {
  const url = new URL(address);
  const proxy = await startTcpProxy(url.hostname, Number(url.port) || (usualPorts[url.protocol] ?? 0));
  url.host = `127.0.0.1:${proxy.port}`;
  return { proxy, url: url.href };
}
