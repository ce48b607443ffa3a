// Tables of a page. On a narrow screen every row becomes a card with the names of its columns, so the roles are said outright: what is
// shown as a block is no row any more to a screen reader.
import { type Markup, markup, type Piece } from './markup.ts';

export interface Column<Row> {
  name: string;
  /** Figures stand to the right. */
  isFigure?: boolean;
  cell: (row: Row) => Piece;
}

/** The first column names its row. `caption` says what the table is of. */
export function dataTable<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Markup {
  const head = columns.map(
    ({ name, isFigure }) =>
      markup`<th role="columnheader" scope="col"${isFigure === true && markup` class="figure"`}>${name}</th>`,
  );
  return markup`<div class="scroll"><table role="table"><caption>${caption}</caption><thead role="rowgroup"><tr role="row">${head}</tr></thead><tbody role="rowgroup">${rows.map((row) => toRow(row, columns))}</tbody></table></div>
`;
}

function toRow<Row>(row: Row, columns: readonly Column<Row>[]): Markup {
  const cells = columns.map(({ name, isFigure, cell }, at) => {
    const content = cell(row);
    if (at === 0) return markup`<th role="rowheader" scope="row">${content}</th>`;
    return markup`<td role="cell" data-column="${name}"${isFigure === true && markup` class="figure"`}><span>${content}</span></td>`;
  });
  return markup`<tr role="row">${cells}</tr>`;
}
