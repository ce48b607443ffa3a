// The main directions of a small symmetric matrix.

/** The `count` directions in which symmetric `matrix` (size by size) is longest, each of length 1; by power iteration. */
export function longestDirections(matrix: Float64Array, size: number, count: number): Float64Array[] {
  const rest = matrix.slice();
  const directions: Float64Array[] = [];
  for (let which = 0; which < Math.min(count, size); which++) {
    let direction = Float64Array.from({ length: size }, (_, at) => 1 + 0.1 * at + 0.01 * ((at + which) % 3));
    let length = 0;
    for (let step = 0; step < 500; step++) {
      const image = times(rest, direction);
      length = Math.hypot(...image);
      if (length < 1e-12) return directions;
      direction = image.map((value) => value / length);
    }
    directions.push(direction);
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++)
        rest[row * size + column] =
          (rest[row * size + column] as number) - length * (direction[row] as number) * (direction[column] as number);
  }
  return directions;
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  return vector.map((_, row) =>
    vector.reduce((sum, value, column) => sum + value * (matrix[row * vector.length + column] as number), 0),
  );
}
