/** Import: exports are dropped, looked into, imported, followed, and taken back if they were wrong. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { FileUp } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/kit/button";
import { Guides } from "@/kit/guides";
import { useTitle } from "@/kit/title";
import { number } from "@/kit/words";
import { Batches } from "./batches";
import { begin, choose, useChosen } from "./chosen";
import { Door, DropAnywhere } from "./dropping";
import { PreviewCard } from "./preview-card";

export default function Import() {
  const { t } = useLingui();
  useTitle(t`Import`);
  const guides = useId();
  const chosen = useChosen();
  const navigate = useNavigate({ from: "/import" });
  const { id } = useSearch({ from: "/inside/import" });
  const [news, setNews] = useState("");
  const ready = chosen.filter((one) => one.state === "ready" && (one.preview?.new ?? 0) > 0);

  function take(files: readonly File[]): void {
    choose(files);
    setNews(
      files.length === 1 && files[0]
        ? t`${files[0].name} is looked into.`
        : t`${number(files.length)} files are looked into.`,
    );
  }

  function open(batch: number | undefined): void {
    void navigate({ search: batch === undefined ? {} : { id: batch }, replace: true, resetScroll: false });
  }

  async function importThem(ids: readonly number[]): Promise<void> {
    for (const one of ids) {
      const begun = await begin(one);
      if (begun) {
        setNews(t`${begun.file_name} is being imported. You can leave this page.`);
        open(begun.id);
        // It stands further down where other files are still chosen.
        window.setTimeout(
          () => document.getElementById(`import-${begun.id}`)?.scrollIntoView({ block: "nearest" }),
          60,
        );
      }
    }
  }

  return (
    <div className="mx-auto flex max-w-4xl flex-col gap-8">
      <DropAnywhere onFiles={take} />
      <header>
        <h1 className="text-3xl font-semibold">
          <Trans>Import</Trans>
        </h1>
        <p className="mt-1 text-muted">
          <Trans>What you watched, read and rated elsewhere, brought together here.</Trans>
        </p>
      </header>
      <p role="status" aria-live="polite" className="sr-only">
        {news}
      </p>
      <div className="flex flex-col gap-4">
        {chosen.map((one) => (
          <PreviewCard key={one.id} chosen={one} onImport={() => void importThem([one.id])} />
        ))}
        {ready.length > 1 && (
          <Button
            look="primary"
            size="large"
            className="self-center"
            onClick={() => void importThem(ready.map((one) => one.id))}
          >
            <FileUp aria-hidden />
            <Trans>Import all {number(ready.length)}</Trans>
          </Button>
        )}
        <Door isSmall={chosen.length > 0} onFiles={take} />
      </div>
      <Batches open={id} onOpen={open} />
      <section id="guides" aria-labelledby={guides} className="flex scroll-mt-16 flex-col gap-4">
        <h2 id={guides} className="text-xl font-semibold">
          <Trans>Where do I find my export?</Trans>
        </h2>
        <Guides />
      </section>
    </div>
  );
}
