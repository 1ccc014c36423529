import { Unavailable } from '../kernel/problem.js';
import { asUnavailable, sqlState } from '../storage/outage.js';

/** What an operator is told when the database's owner can't do what the start needs: the variable's name, never its value. */
export function troubleOfOwner(error: unknown): unknown {
  const code = sqlState(error);
  if (asUnavailable(error) instanceof Unavailable) {
    const why = code ?? 'no answer in time';
    return new Error(`no database answers at the address in DATABASE_URL (${why})`, { cause: error });
  }
  return sentenceFor(error, ownerSentences);
}

/** The same for the program's own role, whose name and password come from the installation's secret. */
export function troubleOfRole(error: unknown): unknown {
  const known = sentenceFor(error, roleSentences);
  return known === error ? troubleOfOwner(error) : known;
}

type Sentences = Readonly<Record<string, string>>;

const refused = 'the server in DATABASE_URL refuses the user or the password that stand there';

/** By SQLSTATE. */
const ownerSentences: Sentences = {
  '28000': refused,
  '28P01': refused,
  '3D000': 'the server in DATABASE_URL has no database of the name that stands there',
  '42501': 'the user in DATABASE_URL may not make what Gatehouse needs: a schema, its tables and a role',
};

const notSetUp =
  'the database is not set up for this installation: either nobody has migrated it, or that was done with another ' +
  'GATEHOUSE_SECRET. Run gatehouse migrate with the right one, or leave GATEHOUSE_MIGRATE on';

/** By SQLSTATE: the role is unknown, or the schema or the tables are, or are closed to it. */
const roleSentences: Sentences = {
  '28000': notSetUp,
  '28P01': notSetUp,
  '3F000': notSetUp,
  '42P01': notSetUp,
  '42501': notSetUp,
};

function sentenceFor(error: unknown, sentences: Sentences): unknown {
  const text = sentences[sqlState(error) ?? ''];
  return text === undefined ? error : new Error(text, { cause: error });
}
