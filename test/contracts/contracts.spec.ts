import type { Answer } from '../harness/http-client.js';
import { typesOf, type Documented, type Replay } from './documented.js';
import { documents } from './documents.js';
import { upstreamAnswer, World } from './world.js';

let world: World;

beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

describe.each([...new Set(documents.map(({ document }) => document))])('what %s documents', (document) => {
  const examples = documents.filter((example) => example.document === document);
  const ready = examples.flatMap((example) =>
    typeof example.replay === 'string' ? [] : [[example.title, example, example.replay] as const],
  );

  it.each(ready)('%s', async (_title, example, replay) => {
    await replay.given?.(world);
    const before = world.reached.length;
    const answer = await sendAs(example, replay);
    expect({ status: answer.status, text: answer.status === replay.status ? '' : answer.text }).toEqual({
      status: replay.status,
      text: '',
    });
    expect(answer.headers).toMatchObject({ 'x-correlation-id': expect.any(String), ...replay.headers });
    if (replay.types !== undefined) expect(typesOf(answer.body)).toEqual(replay.types);
    expect(answer.body).toMatchObject(replay.says ?? {});
    replay.learn?.(world, answer.body as never);
    // What an upstream says is passed on as it was said, whatever dialect the gate speaks.
    if (world.reached.length > before) expect(answer.text).toBe(upstreamAnswer);
  });
});

function sendAs({ method, host, path }: Documented, { send }: Replay): Promise<Answer> {
  const sent = send(world);
  const headers = host === undefined ? sent.headers : { ...sent.headers, host };
  return world.gatehouse.http.send(method, world.pathOf(path), { ...sent, headers });
}
