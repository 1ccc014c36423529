import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';

/** Where something stands in a YAML text, and what it says. */
export class YamlText {
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true });
  }

  /** What keeps the text from being YAML, in words that quote nothing of it but the name of a repeated key. */
  faults(): { readonly line: number; readonly rule: string }[] {
    return [...this.#document.errors, ...this.#document.warnings].map(({ code, pos }) => ({
      line: this.#line(pos[0]),
      rule:
        code === 'DUPLICATE_KEY'
          ? 'repeats a member of the same mapping'
          : `is not valid YAML: ${wordsOf(code)}`,
    }));
  }

  /** The content as plain values. */
  value(): unknown {
    return this.#document.toJS({ maxAliasCount: 10 }) as unknown;
  }

  /** Line of a member, or of the nearest thing around it that is there; counted from 1. */
  lineOf(path: readonly PropertyKey[]): number {
    for (let length = path.length; length > 0; length -= 1) {
      const found = this.#offset(path.slice(0, length));
      if (found !== undefined) return this.#line(found);
    }
    return 1;
  }

  /** Members of mappings are found by their key, so that the line is that of the name and not of a long value. */
  #offset(path: readonly PropertyKey[]): number | undefined {
    const last = path.at(-1);
    const parent =
      path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
      return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
    }
    const node = this.#document.getIn(path, true);
    return isNode(node) ? node.range?.[0] : undefined;
  }

  #line(offset: number): number {
    return this.#lines.linePos(offset).line;
  }
}

/** `BAD_INDENT` → `bad indent`. */
function wordsOf(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}
