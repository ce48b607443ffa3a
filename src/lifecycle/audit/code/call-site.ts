// A place in a program that asks a model, as far as its text tells: told by the function that is called and the words of its arguments. The
// same for every language and however the calls were found.

/** A call as it stands in the text, found by a parser or by a scan. */
export interface FoundCall {
  /** What is called, white space left out: `client.chat.completions.create`. */
  callee: string;
  /** Between the parentheses. */
  args: string;
  /** From 1. */
  line: number;
  /** The function around it; null at the top. */
  within: string | null;
}

export interface CallSite {
  file: string;
  line: number;
  client: string;
  kind: 'chat' | 'embedding';
  /** What the model is in this file: one name, several to choose from, none when it is not told here. */
  models: string[];
  hasSystem: boolean;
  hasSchema: boolean;
  hasTools: boolean;
  hasMaxTokens: boolean;
  within: string | null;
}

type Language = 'javascript' | 'python';

interface ClientPattern {
  client: string;
  callee: RegExp;
  kind?: 'embedding';
  /** Of calls whose name other libraries have as well. */
  needs?: RegExp;
  only?: Language;
  /** The model is the first argument instead of a named one. */
  isFirst?: boolean;
}

const MODEL_ARGUMENT = /\bmodel\w*\b|\.\.\.|\*\*/i;
const URL =
  /\/v1\/(?:chat\/completions|messages|responses)\b|:(?:stream)?generateContent\b|api\.(?:openai|anthropic|mistral|groq|deepseek)\.(?:com|ai)/i;

/** The first that fits counts. */
const CLIENTS: readonly ClientPattern[] = [
  { client: 'litellm', callee: /(?:^|\.)litellm\.a?(?:completion|text_completion|responses)$/ },
  { client: 'litellm', callee: /(?:^|\.)litellm\.a?embedding$/, kind: 'embedding' },
  { client: 'litellm', callee: /^a?completion$/, needs: /\bmessages\b/, only: 'python' },
  { client: 'openai', callee: /\.chat\.completions\.(?:create|parse|stream|runTools|create_with_completion)$/ },
  { client: 'openai', callee: /\bChatCompletion\.a?create$/, only: 'python' },
  { client: 'openai', callee: /\.responses\.(?:create|parse|stream)$/, needs: MODEL_ARGUMENT },
  { client: 'openai', callee: /\.completions\.create$/, needs: MODEL_ARGUMENT },
  { client: 'openai', callee: /\.embeddings\.create$/, kind: 'embedding' },
  { client: 'anthropic', callee: /\.messages\.(?:create|stream|parse)$/, needs: MODEL_ARGUMENT },
  {
    client: 'ai-sdk',
    callee: /^(?:ai\.)?(?:generateText|streamText|generateObject|streamObject)$/,
    only: 'javascript',
  },
  { client: 'ai-sdk', callee: /^(?:ai\.)?embed(?:Many)?$/, kind: 'embedding', needs: /\bmodel\b/, only: 'javascript' },
  {
    client: 'google',
    callee: /\.(?:generateContent|generateContentStream|generate_content|generate_content_stream)(?:_async)?$/,
  },
  { client: 'google', callee: /\.getGenerativeModel$|(?:^|\.)GenerativeModel$/ },
  { client: 'google', callee: /\.(?:embedContent|embed_content)$/, kind: 'embedding' },
  { client: 'langchain', callee: /(?:^|\.)(?:initChatModel|init_chat_model)$/, isFirst: true },
  {
    client: 'langchain',
    callee:
      /^(?:new )?(?:Azure)?Chat(?:OpenAI|Anthropic|Google\w*|Vertex\w*|Mistral\w*|Groq|Bedrock\w*|Cohere|DeepSeek|XAI|Ollama|Fireworks|Together\w*|LiteLLM|OpenRouter)$/,
  },
  { client: 'langchain', callee: /^(?:new )?[A-Z]\w*Embeddings$/, kind: 'embedding', needs: MODEL_ARGUMENT },
  { client: 'dspy', callee: /^dspy\.LM$/, only: 'python', isFirst: true },
  { client: 'http', callee: /(?:^|\.)(?:fetch|post|request)$/, needs: URL },
];

/** Null for a call that asks no model. `constants`: texts by name, as they are set in the same file. */
export function toCallSite(
  found: FoundCall,
  { file, language, constants }: { file: string; language: Language; constants: Constants },
): CallSite | null {
  const { callee, args, line, within } = found;
  const pattern = CLIENTS.find(
    (one) => (one.only ?? language) === language && one.callee.test(callee) && (one.needs?.test(args) ?? true),
  );
  if (pattern === undefined) return null;
  const named = readArguments(args);
  return {
    file,
    line,
    client: pattern.client,
    kind: pattern.kind ?? 'chat',
    models: modelsIn(named, { pattern, callee, constants }),
    hasSystem: hasKey(named, SYSTEM) || SYSTEM_TURN.test(args),
    hasSchema: hasKey(named, SCHEMA) || /\.parse$|Object$/.test(callee) || /\bjson_schema\b|\bjson_object\b/.test(args),
    hasTools: hasKey(named, TOOLS) || callee.endsWith('.runTools'),
    hasMaxTokens: hasKey(named, MAX_TOKENS) || MAX_TOKENS_INSIDE.test(args),
    within,
  };
}

const SYSTEM = /^(?:system|instructions|systemInstruction|system_instruction|systemPrompt|system_prompt)$/;
const SYSTEM_TURN =
  /["']?\brole["']?\s*[:=]\s*["'`](?:system|developer)["'`]|\bSystemMessage\b|\bsystem_?[iI]nstruction\b/;
const SCHEMA =
  /^(?:response_format|responseFormat|schema|response_model|text_format|output_format|output_config|output|outputSchema|responseSchema|response_schema)$/;
const TOOLS = /^(?:tools|functions|toolConfig)$/;
const MAX_TOKENS = /^max_?(?:output_?|completion_?|new_?)?tokens(?:_to_sample)?$/i;
const MAX_TOKENS_INSIDE = /\bmax_?(?:output_?|completion_?)?tokens\b["']?\s*[:=]/i;
const MODEL =
  /^(?:model|model_name|modelName|model_id|modelId|deployment|azureOpenAIApiDeploymentName|azure_deployment)$/;

function hasKey(named: readonly Argument[], pattern: RegExp): boolean {
  return named.some(({ key }) => key !== null && pattern.test(key));
}

export interface Argument {
  /** Null for one that has only a place. */
  key: string | null;
  value: string;
}

/** Named arguments of Python, and the members of objects of JavaScript, at the top. */
export function readArguments(args: string): Argument[] {
  return splitAtTop(args).flatMap((part): Argument[] => {
    const text = part.trim();
    if (text.startsWith('{') && text.endsWith('}')) return readMembers(text.slice(1, -1));
    const [, name, value] = /^([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/.exec(text) ?? [];
    return text === '' ? [] : [name === undefined ? { key: null, value: text } : { key: name, value: value ?? '' }];
  });
}

function readMembers(text: string): Argument[] {
  return splitAtTop(text).flatMap((part): Argument[] => {
    const [, name, value] = /^\s*["']?([A-Za-z_$][\w$-]*)["']?\s*:\s*([\s\S]*)$/.exec(part) ?? [];
    if (name !== undefined) return [{ key: name, value: (value ?? '').trim() }];
    const short = part.trim();
    // `{ model }` is the variable of that name.
    return /^[A-Za-z_$][\w$]*$/.test(short) ? [{ key: short, value: short }] : [];
  });
}

/** The parts between commas that stand in no brackets and no text. */
function splitAtTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (quote !== '') {
      if (sign === '\\') at++;
      else if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'" || sign === '`') quote = sign;
    else if ('([{'.includes(sign)) depth++;
    else if (')]}'.includes(sign)) depth--;
    else if (sign === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}

function modelsIn(
  named: readonly Argument[],
  { pattern, callee, constants }: { pattern: ClientPattern; callee: string; constants: Constants },
): string[] {
  const isPlaced = pattern.isFirst === true || /(?:^|\.)GenerativeModel$/.test(callee);
  const value =
    named.find(({ key }) => key !== null && MODEL.test(key))?.value ??
    (isPlaced ? named.find(({ key }) => key === null)?.value : undefined) ??
    // The body of a request over HTTP stands somewhere inside.
    (pattern.client === 'http'
      ? /["']?\bmodel["']?\s*:\s*([^,}\n]+)/.exec(named.map((one) => one.value).join('\n'))?.[1]
      : undefined);
  return value === undefined ? [] : resolve(value, constants);
}

/** The text that an expression is, the models among the texts in it, else those of the variables in it. */
function resolve(expression: string, constants: Constants): string[] {
  const [, , literal] = /^\s*f?(["'`])([^"'`$\n]{1,100})\1\s*$/.exec(expression) ?? [];
  if (literal !== undefined) return [literal];
  const texts = textsOf(expression).filter(looksLikeModel);
  if (texts.length > 0) return texts;
  const names =
    expression.replaceAll(/\[\s*["'](\w+)["']\s*\]/g, '.$1').match(/[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*/g) ?? [];
  return [...new Set(names.flatMap((name) => constants.get(name) ?? constants.get(ownMember(name)) ?? []))];
}

/** `this.model` and `self.model` are set under the name of the member. */
function ownMember(name: string): string {
  return name.replace(/^(?:this|self|cls)\./, '');
}

function textsOf(expression: string): string[] {
  return [...new Set([...expression.matchAll(/(["'`])([\w./:@-]{2,80})\1/g)].map(([, , text = '']) => text))];
}

/** Models by the names that a file gives them. */
export type Constants = ReadonlyMap<string, readonly string[]>;

const ASSIGNED =
  /^[ \t]*(?:export\s+|default\s+|const\s+|let\s+|var\s+|readonly\s+|static\s+|private\s+|protected\s+|public\s+|self\.|this\.|cls\.)*#?([A-Za-z_$][\w$]*)\s*(?::[^=\n{]{1,60})?=(?![=>])[ \t]*\n?([^;\n]{1,400}(?:\n[ \t]*(?:\?\?|\|\|)[^;\n]{1,200})?)/gm;
const TABLE =
  /^[ \t]*(?:export\s+|const\s+|let\s+|var\s+|readonly\s+|static\s+)*([A-Za-z_$][\w$]*)\s*(?::[^=\n]{1,80})?=\s*\{([^{}]{1,4000})\}/gm;

/** Of constants, members of tables, fields, and defaults of variables of the environment. Comments count for nothing. */
export function constantsOf(text: string): Constants {
  const constants = new Map<string, readonly string[]>();
  const keep = (name: string, value: string): void => {
    const models = textsOf(value).filter(looksLikeModel);
    if (models.length > 0 && !constants.has(name)) constants.set(name, models);
  };
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*(?:\/\/|#)[^\n]*/gm, '');
  for (const [, name = '', members = ''] of code.matchAll(TABLE)) {
    for (const { key, value } of readMembers(members)) if (key !== null) keep(`${name}.${key}`, value);
  }
  for (const [, name = '', value = ''] of code.matchAll(ASSIGNED)) {
    // An argument on a line of its own looks like it, but for its comma; a call may be what asks the model.
    if (!/,\s*$/.test(value) && !/^\s*(?:await\s|new\s)|\bmodel\s*[=:]/.test(value)) keep(name, value);
  }
  return constants;
}

const MODEL_NAME =
  /^(?:[\w.-]+\/)*(?:(?:us|eu|apac|global)\.)?(?:anthropic\.|openai\.|meta\.)?(?:gpt-|chatgpt-|o[134](?:-|$)|claude-|gemini-|gemma-|text-embedding-|mistral-|mixtral-|codestral|ministral-|deepseek-|grok-|llama-?\d|command-|qwen|voyage-|embed-|auto\/)[\w.:@-]*$/i;

/** What is imported or read has a path from here on, or the ending of a file. */
const FILE_NAME = /^\.{0,2}\/|\/\.{1,2}\/|\.(?:[cm]?[jt]sx?|jsonl?|ya?ml|mdx?|py|html?|css|svg|txt|csv|toml|sh|snap)$/i;

/** Whether a text has the form of a model's name, whoever makes it. */
export function looksLikeModel(text: string): boolean {
  return MODEL_NAME.test(text) && !FILE_NAME.test(text);
}

const TEST_FILE =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|e2e|fixtures)\/|\.(?:test|spec|fixture)\.[cm]?[jt]sx?$|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$/;

/** Whether a file, or a place in one (`file:line`), belongs to tests: what they ask is no task. */
export function isInTests(place: string): boolean {
  return TEST_FILE.test(place.replace(/:\d+$/, ''));
}
