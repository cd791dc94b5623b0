/**
 * Where the tiles go: pure arithmetic, in CSS pixels. The largest tile wins over symmetry; a tile's shape follows the
 * container's (16:9 where there is width, between 3:4 and 16:10 on phones and upright tablets), and pictures are cropped, never stretched.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

export interface AspectRange {
  /** Width over height. */
  readonly narrowest: number;
  readonly widest: number;
}

export const WIDE: AspectRange = { narrowest: 16 / 9, widest: 16 / 9 };
export const PHONE: AspectRange = { narrowest: 3 / 4, widest: 16 / 10 };

/** Below this width, and in every upright container, tiles take the phones' shapes. */
export const PHONE_WIDTH = 700;
export const GAP = 8;

export function aspectFor(container: Size): AspectRange {
  const isUpright = container.height > container.width;
  return isUpright || (container.width < PHONE_WIDTH && container.height > container.width * 0.75) ? PHONE : WIDE;
}

export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly tile: Size;
  /** One per tile, in order; the last row is centred. */
  readonly boxes: readonly Box[];
}

const NO_SIZE: Size = { width: 0, height: 0 };
const NO_GRID: Grid = { rows: 0, columns: 0, tile: NO_SIZE, boxes: [] };

/** A grid with tiles almost as large as the largest possible may be chosen for its better shape (judged by eye). */
const NEARLY = 0.95;

/**
 * The grid whose tiles are largest; among those that come near, the one with fewest empty places, and then the one with
 * fewest rows: people sit beside each other.
 */
export function gridLayout(container: Size, count: number, aspect = aspectFor(container), gap = GAP): Grid {
  const grids: { rows: number; columns: number; tile: Size }[] = [];
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cell = {
      width: (container.width - gap * (columns - 1)) / columns,
      height: (container.height - gap * (rows - 1)) / rows,
    };
    if (cell.width > 0 && cell.height > 0) grids.push({ rows, columns, tile: largestWithin(cell, aspect) });
  }
  const largest = Math.max(...grids.map(({ tile }) => areaOf(tile)));
  const [best] = grids
    .filter(({ tile }) => areaOf(tile) >= largest * NEARLY)
    .sort((a, b) => a.rows * a.columns - b.rows * b.columns || b.columns - a.columns);
  if (best === undefined || container.width <= 0 || container.height <= 0) return NO_GRID;
  return { ...best, boxes: placed(container, best, count, gap) };
}

function areaOf({ width, height }: Size): number {
  return width * height;
}

/** The largest rectangle in the cell whose shape is allowed, in whole pixels. */
export function largestWithin(cell: Size, aspect: AspectRange): Size {
  const shape = Math.min(Math.max(cell.width / cell.height, aspect.narrowest), aspect.widest);
  const width = Math.min(cell.width, cell.height * shape);
  return { width: Math.floor(width), height: Math.floor(Math.min(cell.height, width / shape)) };
}

function placed(
  container: Size,
  grid: { readonly rows: number; readonly columns: number; readonly tile: Size },
  count: number,
  gap: number,
): readonly Box[] {
  const { rows, columns, tile } = grid;
  const top = (container.height - rows * tile.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = (container.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return {
      left: Math.round(left + (index % columns) * (tile.width + gap)),
      top: Math.round(top + row * (tile.height + gap)),
      ...tile,
    };
  });
}

export interface Stage {
  readonly main: Box;
  /** The others, along the side or underneath. */
  readonly strip: readonly Box[];
}

/** What part of the container the strip may take. */
const STRIP_PART = 0.22;
const STRIP_MIN = 96;
const STRIP_MAX = 260;
/** How much smaller its tiles are where there are several lines of them. */
const SEVERAL = 0.62;

/**
 * One large tile (a screen, or who speaks) and a strip of the others: at the right of wide containers, underneath tall
 * ones. `mainAspect` null: the large one takes all there is (a screen of unknown shape is letterboxed in it). Strip
 * tiles that don't fit are left out: `strip` may be shorter than `others`, first come first. Several `lines` of smaller
 * tiles are taken only where one is too short.
 */
export function stageLayout(
  container: Size,
  others: number,
  mainAspect: AspectRange | null = null,
  gap = GAP,
  lines = 1,
): Stage {
  const { width, height } = container;
  if (width <= 0 || height <= 0) return { main: { left: 0, top: 0, ...NO_SIZE }, strip: [] };
  if (others < 1) return { main: centred({ left: 0, top: 0, width, height }, mainAspect), strip: [] };
  const isWide = width >= height * 1.1;
  const length = isWide ? height : width;
  const part = Math.min(Math.max((isWide ? width : height) * STRIP_PART, STRIP_MIN), STRIP_MAX);
  const fitsInOne = Math.floor((length + gap) / ((isWide ? (part * 9) / 16 : part) + gap));
  const rows = others <= fitsInOne ? 1 : lines;
  const wanted = rows === 1 ? part : Math.max(part * SEVERAL, STRIP_MIN);
  // Square tiles underneath: rather three smaller ones than two.
  const thickness = isWide ? wanted : Math.min(wanted, Math.max((length - 2 * gap) / 3, STRIP_MIN));
  const shape = isWide ? 16 / 9 : 1;
  const tile: Size = isWide
    ? { width: Math.floor(thickness), height: Math.floor(thickness / shape) }
    : { width: Math.floor(thickness * shape), height: Math.floor(thickness) };
  const step = (isWide ? tile.height : tile.width) + gap;
  const inLine = Math.max(1, Math.floor((length + gap) / step));
  const shown = Math.min(others, inLine * rows);
  const used = Math.ceil(shown / inLine);
  const across = (isWide ? tile.width : tile.height) + gap;
  // Beside it, from the top: the lower corner is where the own picture rests.
  const start = isWide ? 0 : (length - (Math.min(shown, inLine) * step - gap)) / 2;
  const strip = Array.from({ length: shown }, (_, index): Box => {
    const along = Math.round(start + (index % inLine) * step);
    const inwards = (used - Math.floor(index / inLine)) * across - gap;
    return isWide
      ? { left: Math.round(width - inwards), top: along, ...tile }
      : { left: along, top: Math.round(height - inwards), ...tile };
  });
  const taken = used * across;
  const free = isWide
    ? { left: 0, top: 0, width: Math.floor(width - taken), height: Math.floor(height) }
    : { left: 0, top: 0, width: Math.floor(width), height: Math.floor(height - taken) };
  return { main: centred(free, mainAspect), strip };
}

function centred(free: Box, aspect: AspectRange | null): Box {
  if (aspect === null || free.width <= 0 || free.height <= 0) return free;
  const size = largestWithin(free, aspect);
  return {
    left: Math.round(free.left + (free.width - size.width) / 2),
    top: Math.round(free.top + (free.height - size.height) / 2),
    ...size,
  };
}
