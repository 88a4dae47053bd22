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
