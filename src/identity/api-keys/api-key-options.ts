/** Token under which the composition root provides `ApiKeyOptions`. */
export const API_KEY_OPTIONS = Symbol('API key options');

export interface ApiKeyOptions {
  /** What new keys begin with. */
  readonly prefix: string;
}
