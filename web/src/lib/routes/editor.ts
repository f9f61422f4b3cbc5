import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { unifiedMergeView } from '@codemirror/merge';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { ConfigFault } from '../api/client';

/** An editor in a page. */
export interface Editor {
  /** Shows another text, where it is another. */
  show(text: string): void;
  mark(faults: readonly ConfigFault[]): void;
  /** Shows what was before in between, and takes no change meanwhile; null for the text alone. */
  compare(before: string | null): void;
  /** Puts the cursor to a place, counted from 1, and the focus there. */
  reveal(line: number, column: number): void;
  stop(): void;
}

export interface EditorOptions {
  readonly text: string;
  readonly label: string;
  readonly isReadOnly: boolean;
  /** What the editor itself says, in the reader's language, by the English words. */
  readonly phrases: Readonly<Record<string, string>>;
  readonly onwrite: (text: string) => void;
}

const look = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: 'var(--size-s)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    lineHeight: '1.55',
    minHeight: '240px',
    maxHeight: '70vh',
  },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--text-muted)', backgroundColor: 'var(--surface)', border: '0' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--ground)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft)',
  },
  '.cm-selectionMatch, .cm-searchMatch': { backgroundColor: 'var(--warn-soft)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--sunken)', outline: '1px solid var(--line-strong)' },
  '.cm-changedLine, .cm-insertedLine': { backgroundColor: 'var(--accent-soft)' },
  '.cm-deletedChunk': { backgroundColor: 'var(--bad-soft)' },
  '&.cm-editor .cm-changedText, &.cm-editor .cm-deletedChunk .cm-deletedText': {
    background: 'none',
    textDecoration: 'underline',
  },
  '.cm-deletedChunk *': { color: 'var(--text)' },
  '.cm-changeGutter': { width: '3px' },
  '.cm-changedLineGutter': { background: 'var(--accent)' },
  '.cm-deletedLineGutter': { background: 'var(--bad)' },
  '.cm-collapsedLines': { color: 'var(--text-muted)', background: 'var(--sunken)' },
  '.cm-panels, .cm-tooltip': {
    color: 'var(--text)',
    backgroundColor: 'var(--sunken)',
    border: '1px solid var(--line)',
  },
  '.cm-button': {
    color: 'var(--text)',
    background: 'var(--surface)',
    border: '1px solid var(--line-strong)',
  },
  '.cm-textfield': {
    color: 'var(--text)',
    backgroundColor: 'var(--ground)',
    borderColor: 'var(--line-strong)',
  },
  '.cm-lintRange-error': { background: 'none', textDecoration: 'underline wavy var(--bad)' },
  '.cm-diagnostic-error': { borderInlineStart: '3px solid var(--bad)' },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--warn)' },
  { tag: tags.comment, color: 'var(--text-muted)', fontStyle: 'italic' },
  { tag: [tags.labelName, tags.typeName], color: 'var(--warn)' },
]);

/** Where a fault is: to the end of its line, for the key that it names begins there. */
function diagnosticOf(state: EditorState, fault: ConfigFault): Diagnostic {
  const line = state.doc.line(Math.min(Math.max(fault.line, 1), state.doc.lines));
  const from = Math.min(line.from + Math.max(fault.column - 1, 0), line.to);
  return { from, to: line.to, severity: 'error', message: fault.message };
}

/**
 * Puts an editor for YAML into a root. It styles itself by sheets that scripts make, which the pages' policy allows in the shadow
 * of an element and not in the page itself.
 */
export function edit(root: ShadowRoot, options: EditorOptions): Editor {
  const comparing = new Compartment();
  const only = (isReadOnly: boolean): Extension => [
    EditorState.readOnly.of(isReadOnly),
    EditorView.contentAttributes.of({ 'aria-readonly': String(isReadOnly) }),
  ];
  let isShowing = false;
  const extensions: Extension[] = [
    lineNumbers(),
    foldGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    search({ top: true }),
    lintGutter(),
    yaml(),
    syntaxHighlighting(colours),
    look,
    EditorView.lineWrapping,
    // Tab leads on, as everywhere: nobody is caught.
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap]),
    EditorView.contentAttributes.of({
      'aria-label': options.label,
      spellcheck: 'false',
      autocapitalize: 'none',
    }),
    EditorState.phrases.of(options.phrases),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !isShowing) options.onwrite(update.state.doc.toString());
    }),
    comparing.of(only(options.isReadOnly)),
  ];
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: options.text, extensions }),
  });

  return {
    show(text) {
      if (text === view.state.doc.toString()) return;
      isShowing = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      isShowing = false;
    },
    mark(faults) {
      view.dispatch(
        setDiagnostics(
          view.state,
          faults.map((fault) => diagnosticOf(view.state, fault)),
        ),
      );
    },
    compare(before) {
      view.dispatch({
        effects: comparing.reconfigure(
          before === null
            ? only(options.isReadOnly)
            : [
                // What is gone stands in between, where a selection of everything does not hold: what is pasted over it would
                // land behind it.
                only(true),
                unifiedMergeView({
                  original: before,
                  mergeControls: false,
                  collapseUnchanged: { margin: 3 },
                }),
              ],
        ),
      });
    },
    reveal(line, column) {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      const place = Math.min(at.from + Math.max(column - 1, 0), at.to);
      view.dispatch({
        selection: { anchor: place },
        effects: EditorView.scrollIntoView(place, { y: 'center' }),
      });
      view.focus();
    },
    stop: () => view.destroy(),
  };
}
