/** What was said, with the words that matter marked. */
export function Quote({ text, said }: { text: string; said: string }) {
  const at = text.toLocaleLowerCase().indexOf(said.toLocaleLowerCase());
  if (at < 0 || said === "") return <>“{text}”</>;
  return (
    <>
      “{text.slice(0, at)}
      <mark className="rounded-sm bg-accent-soft px-0.5 text-ink">{text.slice(at, at + said.length)}</mark>
      {text.slice(at + said.length)}”
    </>
  );
}
