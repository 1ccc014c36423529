/** Token under which the composition root provides `ApiKeyOptions`. */
export const API_KEY_OPTIONS = Symbol('API key options');

export interface ApiKeyOptions {
  /** What new keys begin with, unless a surface asks for another prefix. */
  readonly prefix: string;
  /** What keys may begin with: with anything else a new one would not be recognised. */
  readonly acceptedPrefixes: readonly string[];
}
