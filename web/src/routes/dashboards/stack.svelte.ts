import { GridStack } from 'gridstack';
import 'gridstack/dist/gridstack.css';
import type { Attachment } from 'svelte/attachments';
import { COLUMNS, HIGHEST, type Placed } from '$lib/boards/layout';
import { ROW } from './measures';

type Places = ReadonlyMap<string, Omit<Placed, 'id'>>;

const keyOf = (all: readonly Placed[]) =>
  JSON.stringify(
    all
      .map(({ id, x, y, w, h }) => [id, x, y, w, h])
      .toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
  );

/**
 * Lets what lies in an element be dragged and resized. The layout is the page's own: where the library has another one than the
 * page, after an undo or a key, it begins anew.
 */
export function stack(
  widgets: () => readonly Placed[],
  drag: (places: Places) => void,
): Attachment<HTMLElement> {
  return (element) => {
    let grid: GridStack | null = null;

    const places = (): Placed[] =>
      (grid?.engine.nodes ?? []).map(({ el, x = 0, y = 0, w = 1, h = 1 }) => ({
        id: el?.dataset['place'] ?? '',
        x,
        y,
        w,
        h,
      }));

    function begin(all: readonly Placed[]) {
      end();
      for (const { id, x, y, w, h } of all) {
        const item = element.querySelector(`[data-place="${id}"]`);
        for (const [name, value] of Object.entries({ x, y, w, h }))
          item?.setAttribute(`gs-${name}`, String(value));
      }
      element.classList.add('grid-stack');
      grid = GridStack.init(
        {
          column: COLUMNS,
          cellHeight: ROW,
          margin: 6,
          animate: false,
          alwaysShowResizeHandle: true,
          resizable: { handles: 'se' },
          draggable: { handle: '.cover' },
        },
        element,
      );
      grid?.on('change', () => drag(new Map(places().map(({ id, ...place }) => [id, place]))));
      for (const node of grid?.engine.nodes ?? []) node.maxH = HIGHEST;
    }

    function end() {
      grid?.offAll();
      grid?.destroy(false);
      grid = null;
    }

    $effect(() => {
      const all = widgets();
      if (grid === null || keyOf(all) !== keyOf(places())) begin(all);
    });
    return end;
  };
}
