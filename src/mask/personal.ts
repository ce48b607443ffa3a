// Personal data that has a form: addresses and numbers, with their checksums where there are any. Names have none and are not found.
import { isIPv4, isIPv6 } from 'node:net';
import { type Finder, longestThat } from './finder.ts';

const PHONE_WORD = /(?:phone|tel|mobile|cell|fax|whatsapp|telefon|téléphone|teléfono|handy|mobil|call)[^\d\n]{0,12}$/i;
const SSN_WORD = /(?:ssn|social security)[^\d\n]{0,25}$/i;

export const personalFinders: readonly Finder[] = [
  {
    kind: 'email',
    pattern: /(?<![\p{L}\p{N}])[\p{L}\p{N}_][\p{L}\p{N}._%+'-]{0,63}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu,
  },
  {
    kind: 'iban',
    pattern: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Za-z0-9])/g,
    accept: longestThat(isIban),
  },
  { kind: 'card', pattern: /(?<![A-Za-z0-9])[2-6](?:[ -]?\d){12,18}(?![A-Za-z0-9])/g, accept: longestThat(isCard) },
  { kind: 'ssn', pattern: /(?<![\w-])(?!000|666)[0-8]\d{2}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g },
  {
    kind: 'ssn',
    pattern: /(?<![\w-])\d{3} ?\d{2} ?\d{4}(?![\w-])/g,
    accept: (value, before) => (SSN_WORD.test(before) ? value : null),
  },
  // Before phone numbers: beside a word such as `call` an address would be one.
  {
    kind: 'ip',
    pattern: /(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/g,
    accept: (value) => (isAddress(value) ? value : null),
  },
  {
    kind: 'ip',
    pattern: /(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])/g,
    accept: (value) => (isLongAddress(value) ? value : null),
  },
  {
    kind: 'phone',
    pattern: /(?<![\w.+-])(?:\+|00)[1-9](?:[ ()./-]{0,3}\d){6,14}(?!\d)/g,
  },
  {
    kind: 'phone',
    pattern:
      /(?<![\w.+-])(?:(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}|0\d(?:[ .]\d{2}){4}|\(?0\d{2,4}\)?[ /-]{1,3}\d{3,8}(?:[ -]\d{2,6}){0,2})(?![\w-])/g,
    accept: (value) => (digitsOf(value).length >= 9 && digitsOf(value).length <= 12 ? value : null),
  },
  {
    kind: 'phone',
    pattern: /(?<![\w.+-])\(?\d(?:[ ()./-]{0,2}\d){6,14}(?!\w)/g,
    accept: (value, before) => (PHONE_WORD.test(before) ? value : null),
  },
];

function digitsOf(value: string): string {
  return value.replaceAll(/\D/g, '');
}

/** ISO 13616: letters as numbers from 10 on, the first four characters behind the rest, modulo 97. */
function isIban(value: string): boolean {
  const plain = value.replaceAll(/[ -]/g, '');
  if (plain.length < 15 || plain.length > 34) return false;
  let rest = 0;
  for (let at = 0; at < plain.length; at++) {
    const code = plain.charCodeAt((at + 4) % plain.length);
    rest = code < 65 ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97;
  }
  return rest === 1;
}

/** Luhn's checksum (ISO/IEC 7812) over 13 to 19 digits. */
function isCard(value: string): boolean {
  const digits = digitsOf(value);
  if (digits.length < 13 || digits.length > 19) return false;
  let sum = 0;
  for (const [index, char] of digits.split('').reverse().entries()) {
    const doubled = Number(char) * (index % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Addresses of this machine and of none say nothing about anybody. */
function isAddress(value: string): boolean {
  return isIPv4(value) && !value.startsWith('127.') && !value.startsWith('0.') && value !== '255.255.255.255';
}

/** `a::b` is an address, and a name in C++: without a digit and some length it is taken for the name. */
function isLongAddress(value: string): boolean {
  return value.length >= 6 && /\d/.test(value) && isIPv6(value);
}
