// How one model is written in many ways: dates, versions, regions and paths around its name. Decides only which ways mean
// the same model; a name that is merely similar is another model.

/** Marks of a version that providers add to a name without changing the model: a date, `-001`, `-v1:0`, `@20251001`. */
const VERSION = String.raw`-20\d{6}|-20\d{2}-\d{2}-\d{2}|-00\d|-v\d+(?::\d+)?|:\d+|@[\w.-]+`;
/** Further marks, for names whose price list says that everything beginning so costs the same. */
const LOOSE_VERSION = String.raw`${VERSION}|-\d{2}-(?:\d{2}|20\d{2})|-\d{4}|-preview|-exp|-latest|-thinking`;
const VERSIONS = new RegExp(`^(?:${VERSION})+$`);
const LOOSE_VERSIONS = new RegExp(`^(?:${LOOSE_VERSION})+$`);

/** Bedrock's inference profiles in one region. `global.` is not among them: it has a price of its own. */
const REGION = /^(?:us-gov|us|eu|apac|jp|au|ca|in)\./;

/**
 * How well a name of a price list fits a model as somebody wrote it: the length of the name, 0 when it is another model.
 * A name ending in `*` allows more marks after it, one ending in `-*` anything.
 */
export function fit(listed: string, written: string): number {
  const isOpen = listed.endsWith('*');
  const stem = isOpen ? listed.slice(0, -1) : listed;
  if (!written.startsWith(stem)) return 0;
  const tail = written.slice(stem.length);
  if (tail === '' || (isOpen && stem.endsWith('-'))) return stem.length;
  return (isOpen ? LOOSE_VERSIONS : VERSIONS).test(tail) ? stem.length : 0;
}

/** The same model's other spellings, most exact first: without path, own vendor's prefix, Bedrock region. */
export function spellings(vendor: string, written: string): string[] {
  const name = written.trim().toLowerCase();
  const forms = [name];
  const path = /^(?:(?:publishers|projects)\/.*|arn:.*|models)\/([^/]+)$/.exec(name);
  if (path?.[1]) forms.push(path[1]);
  const own = `${vendor}/`;
  if (name.startsWith(own)) forms.push(name.slice(own.length));
  if (vendor !== 'aws') return forms;
  return [...forms, ...forms.filter((form) => REGION.test(form)).map((form) => form.replace(REGION, ''))];
}
