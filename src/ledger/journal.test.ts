import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJournal, type JournalFiles } from './journal.ts';
import type { Lines } from './line-buffer.ts';

/** A disk in memory with `room` for so many more bytes; a full one takes what fits and then throws. */
function fakeDisk(room = Infinity) {
  const contents: Buffer[] = [];
  const paths: string[] = [];
  const closed = new Set<number>();
  const disk = { room, canOpen: true, contents, paths, closed };
  const files: JournalFiles = {
    open(path) {
      if (!disk.canOpen) throw new Error('EMFILE');
      paths.push(path);
      return contents.push(Buffer.alloc(0)) - 1;
    },
    write(fd, data) {
      assert.ok(!closed.has(fd), 'written after close');
      const bytes = Buffer.from(data);
      if (disk.room === 0) throw new Error('ENOSPC');
      const taken = bytes.subarray(0, disk.room);
      disk.room -= taken.length;
      contents[fd] = Buffer.concat([contents[fd] ?? Buffer.alloc(0), taken]);
      return taken.length;
    },
    close: (fd) => void closed.add(fd),
  };
  return { disk, files, text: () => contents.map(String).join('') };
}

function open(files: JournalFiles, changes: { rotateBytes?: number; maxQueuedBytes?: number } = {}) {
  const segments: number[] = [];
  const journal = createJournal({
    directory: '/j',
    instance: 'abc',
    files,
    rotateBytes: changes.rotateBytes ?? 1000,
    maxQueuedBytes: changes.maxQueuedBytes ?? 1000,
    onSegment: (number) => segments.push(number),
  });
  return { journal, segments };
}

/** Lines as the line writer hands them over. */
function toLines(...lines: string[]): Lines {
  let end = 0;
  const ends = lines.map((line) => {
    end += Buffer.byteLength(line);
    return end;
  });
  return { bytes: Buffer.from(lines.join('')), ends };
}

test('a line is on the disk when append returns', () => {
  const { files, text } = fakeDisk();
  const { journal } = open(files);
  assert.equal(journal.append(toLines('one\n')), 4);
  assert.equal(text(), 'one\n');
  assert.equal(journal.append(toLines('größe\n')), 12);
  assert.deepEqual(journal.health(), { pending: 0, dropped: 0, error: undefined });
});

test('a segment that is full is closed and followed by the next, and places run on', () => {
  const { disk, files } = fakeDisk();
  const { journal, segments } = open(files, { rotateBytes: 10 });
  for (const line of ['123456\n', '123456\n', 'third\n']) journal.append(toLines(line));
  assert.deepEqual(disk.paths, ['/j/abc-0.jsonl', '/j/abc-1.jsonl']);
  assert.deepEqual(disk.contents.map(String), ['123456\n123456\n', 'third\n']);
  assert.deepEqual(segments, [1]);
  assert.ok(disk.closed.has(0));
  assert.equal(journal.placeOf(1, 6), journal.end());
});

test('when no new segment can be opened the old one goes on, and a later try succeeds', () => {
  const { disk, files, text } = fakeDisk();
  const { journal, segments } = open(files, { rotateBytes: 4 });
  disk.canOpen = false;
  journal.append(toLines('one\n'));
  assert.equal(journal.health().error, 'EMFILE');
  disk.canOpen = true;
  journal.append(toLines('two\n'));
  journal.append(toLines('six\n'));
  assert.equal(text(), 'one\ntwo\nsix\n');
  assert.equal(segments[0], 1);
  assert.equal(journal.health().error, undefined);
});

test('rows wait in memory while the disk is full and go out in order, none twice', () => {
  const { disk, files, text } = fakeDisk(4);
  const { journal } = open(files);
  journal.append(toLines('one\n'));
  assert.equal(journal.append(toLines('two\n')), 8);
  assert.equal(journal.append(toLines('three\n')), 14);
  assert.deepEqual(journal.health(), { pending: 2, dropped: 0, error: 'ENOSPC' });
  assert.equal(journal.drain(), false);
  disk.room = Infinity;
  assert.equal(journal.drain(), true);
  assert.equal(journal.append(toLines('four\n')), 19);
  assert.equal(text(), 'one\ntwo\nthree\nfour\n');
  assert.deepEqual(journal.health(), { pending: 0, dropped: 0, error: undefined });
});

test('lines of one turn go out in one write, and what of them did not fit follows line by line', () => {
  const lines = ['größe\n', 'second\n', 'third\n'];
  const whole = Buffer.byteLength(lines.join(''));
  for (let room = 0; room <= whole; room++) {
    const { disk, files, text } = fakeDisk(room);
    const { journal } = open(files);
    assert.equal(journal.append(toLines(...lines)), whole);
    const left = lines.filter((_line, index) => Buffer.byteLength(lines.slice(0, index + 1).join('')) > room);
    assert.equal(journal.health().pending, left.length, `room ${room}`);
    while (!journal.drain()) disk.room = 3;
    assert.equal(text(), lines.join(''), `room ${room}`);
  }
});

test('a line that went out in part is completed before anything else, at every point of breaking', () => {
  const lines = ['größe\n', 'second\n'];
  const whole = Buffer.byteLength(lines.join(''));
  for (let room = 0; room <= whole; room++) {
    const { disk, files, text } = fakeDisk(room);
    const { journal } = open(files);
    for (const line of lines) journal.append(toLines(line));
    while (!journal.drain()) disk.room = 2;
    assert.equal(text(), lines.join(''), `room ${room}`);
    assert.equal(journal.end(), whole);
  }
});

test('the queue is bounded: what does not fit is dropped and counted', () => {
  const { disk, files, text } = fakeDisk(0);
  const { journal } = open(files, { maxQueuedBytes: 10 });
  assert.equal(journal.append(toLines('12345\n')), 6);
  assert.equal(journal.append(toLines('6789\n')), null);
  assert.equal(journal.append(toLines('67\n')), 9);
  assert.deepEqual(journal.health(), { pending: 2, dropped: 1, error: 'ENOSPC' });
  disk.room = Infinity;
  journal.drain();
  assert.equal(text(), '12345\n67\n');
});

test('lines that wait go into the segment that they were meant for, and the next one begins after new lines', () => {
  const { disk, files } = fakeDisk(0);
  const { journal, segments } = open(files, { rotateBytes: 8 });
  for (const line of ['aaaa\n', 'bbbb\n', 'cccc\n']) journal.append(toLines(line));
  disk.room = Infinity;
  assert.equal(journal.drain(), true);
  assert.deepEqual([disk.contents.map(String), segments], [['aaaa\nbbbb\ncccc\n'], []]);
  journal.append(toLines('dddd\n'));
  journal.append(toLines('eeee\n'));
  assert.deepEqual([disk.contents.map(String), segments], [['aaaa\nbbbb\ncccc\ndddd\n', 'eeee\n'], [1]]);
});

test('after a line that is dropped the rest of its turn is dropped, for it may refer to that line', () => {
  const { disk, files, text } = fakeDisk(0);
  const { journal } = open(files, { maxQueuedBytes: 10 });
  assert.equal(journal.append(toLines('12345\n', '6789\n', '67\n')), null);
  assert.deepEqual(journal.health(), { pending: 1, dropped: 2, error: 'ENOSPC' });
  disk.room = Infinity;
  journal.drain();
  assert.equal(text(), '12345\n');
});

test('lines that wait are a copy: the memory they came in is used again', () => {
  const { disk, files, text } = fakeDisk(0);
  const { journal } = open(files);
  const lines = toLines('one\n', 'two\n');
  journal.append(lines);
  lines.bytes.fill('x');
  disk.room = Infinity;
  journal.drain();
  assert.equal(text(), 'one\ntwo\n');
});
