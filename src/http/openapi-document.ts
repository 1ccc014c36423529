import { Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Problem } from '../kernel/problem.js';

/** The API's description as it is served. It is made from the finished program, so it comes in after the handlers are there. */
@Injectable()
export class OpenApiDocument {
  #text: string | undefined;

  publish(document: OpenAPIObject): void {
    this.#text = `${JSON.stringify(document, null, 2)}\n`;
  }

  /** @throws Problem (404) in a program that publishes none */
  text(): string {
    if (this.#text === undefined) throw Problem.notFound('description');
    return this.#text;
  }
}
