import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../call/json.ts';
import { maskJson, maskText } from './mask.ts';

const masked = (text: string): string => maskText(text).text;

/** Made up, in the shapes of real ones. */
const RANDOM = 'Zx81kQpL02mNvB73';

describe('secrets are taken out', () => {
  const keys: Record<string, string> = {
    OpenAI: `sk-proj-${RANDOM}${RANDOM}`,
    Anthropic: `sk-ant-api03-${RANDOM}_${RANDOM}-AA`,
    AWS: 'AKIAIOSFODNN7EXAMPLE',
    GitHub: `ghp_${RANDOM}${RANDOM}abcd`,
    'GitHub, fine-grained': `github_pat_${RANDOM}_${RANDOM}${RANDOM}`,
    Slack: 'xoxb-123456789012-abcdefABCDEF',
    Google: `AIza${RANDOM}${RANDOM}abc`,
    Stripe: `sk_live_${RANDOM}`,
    'Hugging Face': `hf_${RANDOM}${RANDOM}`,
  };
  for (const [vendor, key] of Object.entries(keys)) {
    test(`a key of ${vendor}`, () => assert.equal(masked(`with ${key}, please`), 'with <api-key-1>, please'));
  }

  test('a JSON web token', () => {
    assert.equal(masked(`c=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc_-123;`), 'c=<jwt-1>;');
  });

  test('a PEM block, whole, cut off, with headers, and with its line breaks escaped', () => {
    const head = '-----BEGIN RSA PRIVATE KEY-----';
    const tail = '-----END RSA PRIVATE KEY-----';
    assert.equal(masked(`a\n${head}\nMIIE+/ab\ncd==\n${tail}\nb`), 'a\n<pem-1>\nb');
    assert.equal(masked(`a ${head}\nMIIE+/ab\ncd`), 'a <pem-1>');
    assert.equal(masked(`a ${head}\\nMIIE+/ab\\n${tail}"`), 'a <pem-1>"');
    assert.equal(masked(`${head}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0F\n\nMIIE\n${tail}`), '<pem-1>');
  });

  test('the token of a bearer, and not the word that follows in a sentence', () => {
    assert.equal(masked(`Authorization: Bearer ${RANDOM}`), 'Authorization: Bearer <secret-1>');
    assert.equal(masked('a bearer authentication token'), 'a bearer authentication token');
  });

  test('a password by its name, as code, query, JSON, JSON in JSON and in a sentence', () => {
    assert.equal(masked('password=hunter2'), 'password=<password-1>');
    assert.equal(masked('?user=bo&pwd=hunter2&x=1'), '?user=bo&pwd=<password-1>&x=1');
    assert.equal(masked('{"db_password": "hunter2"}'), '{"db_password": "<password-1>"}');
    assert.equal(masked(String.raw`"{\"password\":\"hunter2\"}"`), String.raw`"{\"password\":\"<password-1>\"}"`);
    assert.equal(masked('Server=x;Password=pa$$w0rd!;'), 'Server=x;Password=<password-1>;');
    assert.equal(masked('My password is s3cret.'), 'My password is <password-1>.');
    assert.equal(masked('Passwort: hunter2'), 'Passwort: <password-1>');
    assert.equal(masked('my pw: foobar12'), 'my pw: <password-1>');
    assert.equal(masked('DB_PW=hunter2'), 'DB_PW=<password-1>');
    assert.equal(masked('passwd is Sommer2024!'), 'passwd is <password-1>');
  });

  test('no password where code has a type, a variable or a call, or a sentence goes on', () => {
    for (const text of [
      'def login(user: str, password: str):',
      'password = getPassword()',
      'password=${PASSWORD}',
      'the password is wrong',
      'your password: required',
      'pwned: twice',
    ])
      assert.equal(masked(text), text);
  });

  test('what stands before the host of a URL, so also a connection string', () => {
    assert.equal(masked('postgres://bob:p@ss@db:5432/x'), 'postgres://<credentials-1>@db:5432/x');
    assert.equal(masked('https://bob@example.com/@news'), 'https://<credentials-1>@example.com/@news');
    assert.equal(masked('see https://example.com/@news'), 'see https://example.com/@news');
  });

  test('a string that looks random beside a word such as key, and none elsewhere', () => {
    assert.equal(masked(`my API key is ${RANDOM}.`), 'my API key is <secret-1>.');
    assert.equal(masked(`?api_key=${RANDOM}&b=1`), '?api_key=<secret-1>&b=1');
    assert.equal(masked(`client_secret: "${RANDOM}=="`), 'client_secret: "<secret-1>"');
    assert.equal(masked(`commit ${RANDOM}`), `commit ${RANDOM}`);
    assert.equal(masked('the key is in internationalization-settings'), 'the key is in internationalization-settings');
    assert.equal(masked('key: /usr/share/keyboards/layout'), 'key: /usr/share/keyboards/layout');
  });
});

describe('a secret of AWS whose parts between slashes do not look random', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

  test('is taken out beside its name, as text and as a member', () => {
    assert.equal(masked(`aws_secret_access_key = ${secret}`), 'aws_secret_access_key = <secret-1>');
    assert.equal(masked(`AWS_SECRET_ACCESS_KEY="${secret}"`), 'AWS_SECRET_ACCESS_KEY="<secret-1>"');
    assert.deepEqual(maskJson({ secretAccessKey: secret }).value, { secretAccessKey: '<secret-1>' });
  });

  test('and a path of as many characters stays', () => {
    for (const path of ['the secret is in src/Components/forms/Login2/PasswordFields', `see ${secret}`])
      assert.equal(masked(path), path);
  });
});

describe('personal data is taken out', () => {
  test('e-mail addresses, once for all their spellings', () => {
    assert.equal(masked('Jo.Doe+x@Example.co.uk, <jo.doe+x@example.co.uk>'), '<email-1>, <<email-1>>');
    assert.equal(masked("'jörg@müller.de' or bob@x.io"), "'<email-1>' or <email-2>");
    assert.equal(masked('npm i left-pad@1.2 @scope/name'), 'npm i left-pad@1.2 @scope/name');
  });

  test('phone numbers with a country, as they are written in several, and beside a word', () => {
    for (const number of [
      '+49 (0)30 1234567',
      '+14155550132',
      '0049 30 1234567',
      '(415) 555-0132',
      '415-555-0132',
      '06 12 34 56 78',
      '020 7946 0958',
      '030/1234567',
    ])
      assert.equal(masked(`at ${number}.`), 'at <phone-1>.', number);
    assert.equal(masked('Tel.: 7946 0958'), 'Tel.: <phone-1>');
  });

  test('no phone number where a date, a time, a price or an order stands', () => {
    for (const text of [
      '2026-01-12 10:30:15',
      '01-12-2026 10:30',
      '12.01.2026',
      '1,234,567.89',
      'order 79460958',
      '3.14159265',
    ])
      assert.equal(masked(text), text);
  });

  test('an IBAN with a right checksum, also where capitals go on behind it, and none with a wrong one', () => {
    assert.equal(masked('DE89 3704 0044 0532 0130 00 COBADEFF'), '<iban-1> COBADEFF');
    assert.equal(masked('GB29NWBK60161331926819'), '<iban-1>');
    assert.equal(masked('GB28NWBK60161331926819'), 'GB28NWBK60161331926819');
  });

  test('a card number with a right checksum and none with a wrong one', () => {
    assert.equal(masked('4111 1111 1111 1111 12/29'), '<card-1> 12/29');
    assert.equal(masked('378282246310005, 5555-5555-5555-4444'), '<card-1>, <card-2>');
    assert.equal(masked('4111 1111 1111 1112'), '4111 1111 1111 1112');
    assert.equal(masked('at 1764316800000'), 'at 1764316800000');
  });

  test('social security numbers in their form, and without it beside their name', () => {
    assert.equal(masked('123-45-6789'), '<ssn-1>');
    assert.equal(masked('SSN: 123456789'), 'SSN: <ssn-1>');
    assert.equal(masked('000-45-6789 and 123456789'), '000-45-6789 and 123456789');
  });

  test('addresses of other machines, and no version, time or name in C++', () => {
    assert.equal(masked('from 192.168.4.20, 2001:db8::8a2e:370:7334'), 'from <ip-1>, <ip-2>');
    assert.equal(masked('call 192.168.4.20'), 'call <ip-1>');
    for (const text of ['127.0.0.1', '999.1.1.1', 'v1.2.3', 'std::vector<a::b>', '10:30:15'])
      assert.equal(masked(text), text);
  });
});

describe('a value keeps its name', () => {
  test('through all strings of a JSON value, whose keys stay', () => {
    const { value, found } = maskJson({
      'bob@x.com': ['bob@x.com', { to: 'amy@x.com, bob@x.com' }],
      n: 4111111111111111,
      none: null,
    });
    assert.deepEqual(value, {
      'bob@x.com': ['<email-1>', { to: '<email-2>, <email-1>' }],
      n: 4111111111111111,
      none: null,
    });
    assert.deepEqual(found, { email: 3 });
  });

  test('and numbers go on behind those that are there already', () => {
    assert.equal(masked('<email-3> wrote to bob@x.com'), '<email-3> wrote to <email-4>');
  });

  test('a secret that was found once is taken out wherever it stands', () => {
    assert.equal(masked('It is xhunter22x. password=hunter22'), 'It is x<password-1>x. password=<password-1>');
  });

  test('a word that was a password stays elsewhere', () => {
    assert.equal(
      masked('password=credentials; the credentials of a@b.io'),
      'password=<password-1>; the credentials of <email-1>',
    );
  });

  test('the name of a member tells what its value is', () => {
    const { value } = maskJson({ password: 'hunter2', apiKey: RANDOM, role: 'user', key: 'en', type: 'string' });
    assert.deepEqual(value, {
      password: '<password-1>',
      apiKey: '<secret-1>',
      role: 'user',
      key: 'en',
      type: 'string',
    });
  });
});

const sensitive = fc.oneof(
  fc.emailAddress(),
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom(
    'sk-ant-api03-abcdefghijklmnop1234',
    'DE89370400440532013000',
    '4111 1111 1111 1111',
    '123-45-6789',
    '+49 30 1234567',
    'postgres://bob:hunter22@db/x',
    'password=hunter22',
    `token: ${RANDOM}`,
    '-----BEGIN PRIVATE KEY-----\nMIIE',
    '<email-1>',
    'eyJhbGciOiJI.eyJzdWIiOiIx.abc',
  ),
);
const text = fc
  .array(
    fc.oneof(
      sensitive,
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(' ', '\n', '@', '.', '-', '<', '>', ':'),
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));

describe('laws', () => {
  test('masking twice is masking once, and finds nothing the second time', () => {
    fc.assert(
      fc.property(text, (value) => {
        const once = maskText(value);
        assert.deepEqual(maskText(once.text), { text: once.text, found: {} });
      }),
      { numRuns: 2000 },
    );
  });

  test('what is found is told, and what is not leaves the text as it was', () => {
    fc.assert(
      fc.property(text, (value) => {
        const { text: result, found } = maskText(value);
        assert.equal(result === value, Object.keys(found).length === 0);
      }),
      { numRuns: 1000 },
    );
  });

  test('what it claims to remove is gone, whatever stands around it', () => {
    const value = fc.constantFrom(
      ['sk-ant-api03-abcdefghijklmnop1234', 'api-key'],
      ['jo.doe@example.com', 'email'],
      ['DE89370400440532013000', 'iban'],
      ['4111111111111111', 'card'],
      ['192.168.44.20', 'ip'],
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        value,
        (before, after, [secret = '', kind = '']) => {
          const { text: result, found } = maskText(`${before}${secret}${after} (${secret}) ${secret}`);
          assert.ok(!result.includes(secret), result);
          assert.ok((found[kind] ?? 0) >= 1);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('any JSON stays JSON of the same form', () => {
    const formOf = (value: Json): unknown =>
      typeof value === 'string'
        ? 'text'
        : Array.isArray(value)
          ? value.map(formOf)
          : value !== null && typeof value === 'object'
            ? Object.entries(value).map(([key, member]) => [key, member === undefined ? null : formOf(member)])
            : value;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.deepEqual(formOf(maskJson(value).value), formOf(value));
      }),
    );
  });
});

describe('a quarter of a megabyte of anything takes its time once', () => {
  const hostile = [
    'a',
    'a@',
    '4111 ',
    'DE89 ',
    '-----BEGIN A-----a: \n',
    'eyJabcdefgh.',
    'password=',
    'http://a@',
    'token a1',
    'jo@a.de,',
    `key=${RANDOM} `,
    '\ud800',
  ];
  for (const part of hostile) {
    test(`of ${JSON.stringify(part)}`, () => {
      const timed = (length: number): number => {
        const value = part.repeat(Math.ceil(length / part.length));
        const startedAt = performance.now();
        maskText(value);
        return performance.now() - startedAt;
      };
      // Quadratic time would be minutes for what takes half a second here on a slow machine.
      assert.ok(timed(250_000) < 5000);
    });
  }

  test('and so do ten thousand values that differ', () => {
    const value = Array.from({ length: 10_000 }, (_, index) => `u${index}@example.com`).join(' ');
    const startedAt = performance.now();
    assert.equal(maskText(value).found['email'], 10_000);
    assert.ok(performance.now() - startedAt < 5000);
  });
});
