import { useState } from "preact/hooks";

/** Text of a tracker or an agent: never markup, except that what stands in backticks is set as code. */
export function Plain({ text }: { text: string }) {
  const pieces = text.split(/(`[^`\n]+`)/);
  return (
    <>
      {pieces.map((piece, index) =>
        index % 2 === 1 ? <code key={`${index}${piece}`}>{piece.slice(1, -1)}</code> : piece,
      )}
    </>
  );
}

/** Longest description that is shown whole at once, characters. */
const LONG = 1_200;
/** Lists, quotes and indented lines mean their line breaks; others were wrapped for an editor. */
const AS_WRITTEN = /^(\s{2,}|\s*([-*+>|#]|\d+[.)])\s)/m;

/** A description as its author meant it: paragraphs, with lists as they were written. */
export function Prose({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && text.length > LONG;
  const paragraphs = (isCut ? `${text.slice(0, LONG)} …` : text).split(/\n\s*\n/);
  return (
    <>
      {paragraphs.map((paragraph, index) => {
        const isAsWritten = AS_WRITTEN.test(paragraph);
        return (
          <p key={index} class={isAsWritten ? "as-written" : ""}>
            <Plain text={isAsWritten ? paragraph : paragraph.replaceAll("\n", " ")} />
          </p>
        );
      })}
      {isCut && (
        <button type="button" class="button more" onClick={() => setWhole(true)}>
          Show all
        </button>
      )}
    </>
  );
}
