// Invoices whose head and sum are wanted as JSON. Harder ones have more lines, a discount and a second date.
import { isObject, type JsonObject } from '../../../call/json.ts';
import type { ProblemKind } from './problem.ts';

const VENDORS = [
  'Northwind Paper',
  'Halden Tools',
  'Brightwater Energy',
  'Castell Optics',
  'Okapi Logistics',
  'Lumen Print',
];
const GOODS = [
  'toner cartridge',
  'steel bracket',
  'service hour',
  'lens set',
  'pallet transport',
  'poster print',
  'filter',
];
const CURRENCIES = ['EUR', 'USD', 'GBP', 'SEK'];

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    vendor: { type: 'string' },
    invoice_number: { type: 'string' },
    date: { type: 'string', description: 'Day of issue, as YYYY-MM-DD' },
    currency: { type: 'string', enum: CURRENCIES },
    total: { type: 'number', description: 'Amount to pay' },
  },
  required: ['vendor', 'invoice_number', 'date', 'currency', 'total'],
  additionalProperties: false,
};

interface Invoice {
  vendor: string;
  invoice_number: string;
  date: string;
  currency: string;
  total: number;
}

const FIELDS = ['vendor', 'invoice_number', 'date', 'currency', 'total'] as const;

/** A day in 2026 by its number, as YYYY-MM-DD. */
function dayOf(number: number): string {
  return new Date(Date.UTC(2026, 0, number)).toISOString().slice(0, 10);
}

function parse(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return null;
  }
}

function holds(answer: string, invoice: Invoice): boolean {
  const given = parse(answer);
  return isObject(given) && FIELDS.every((field) => given[field] === invoice[field]);
}

interface Line {
  goods: string;
  count: number;
  cents: number;
}

function writeLine({ goods, count, cents }: Line): string {
  return `${count} x ${goods} at ${(cents / 100).toFixed(2)}`;
}

export const INVOICE_EXTRACT: ProblemKind = {
  instructions:
    'You read invoices. Answer with one JSON object and nothing else, with exactly these members: vendor (string), invoice_number (string), date (day of issue as YYYY-MM-DD), currency (three letters) and total (number, the amount to pay after discount and tax). Use the spelling of the invoice. Do not take the day on which payment is due for the day of issue, and do not take the subtotal for the total.',
  build: (draw, difficulty) => {
    const lines = Array.from({ length: 1 + Math.round(difficulty * 8) }, () => ({
      goods: draw.pick(GOODS),
      count: draw.int(1, 12),
      cents: draw.int(150, 90_000),
    }));
    const subtotal = lines.reduce((sum, line) => sum + line.count * line.cents, 0);
    const discount = difficulty > 0.4 ? Math.round(subtotal * 0.05) : 0;
    const tax = Math.round((subtotal - discount) * 0.2);
    const issued = draw.int(1, 300);
    const invoice: Invoice = {
      vendor: draw.pick(VENDORS),
      invoice_number: `INV-${draw.int(10_000, 99_999)}`,
      date: dayOf(issued),
      currency: draw.pick(CURRENCIES),
      total: (subtotal - discount + tax) / 100,
    };
    const due = dayOf(issued + draw.int(14, 60));
    const text = [
      `${invoice.vendor}\nInvoice ${invoice.invoice_number}\nIssued ${invoice.date}`,
      ...(difficulty > 0.25 ? [`Payment due ${due}`] : []),
      ...lines.map(writeLine),
      `Subtotal ${(subtotal / 100).toFixed(2)} ${invoice.currency}`,
      ...(discount > 0 ? [`Discount 5% ${(discount / 100).toFixed(2)}`] : []),
      `Tax 20% ${(tax / 100).toFixed(2)}`,
      `Total to pay ${invoice.total.toFixed(2)}`,
    ].join('\n');
    const mistakes: Partial<Record<keyof Invoice, string | number | undefined>>[] = [
      { total: subtotal / 100 },
      { invoice_number: `INV-${invoice.invoice_number.slice(5)}${invoice.invoice_number.slice(4, 5)}` },
      { date: due },
      { total: invoice.total.toFixed(2) },
      { date: undefined },
    ];
    return {
      text,
      schema: SCHEMA,
      reference: JSON.stringify(invoice),
      wrong: mistakes
        .map((mistake) => JSON.stringify({ ...invoice, ...mistake }))
        .filter((text) => !holds(text, invoice)),
      check: (answer) => holds(answer, invoice),
    };
  },
};
