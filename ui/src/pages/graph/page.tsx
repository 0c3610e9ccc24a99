/** The graph: how everything hangs together, in a picture and in words. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { Boxes, CircleDot, Route, Spline } from "lucide-react";
import { Segments } from "@/kit/field";
import { useTitle } from "@/kit/title";
import { Around } from "./around";
import { Common } from "./common";
import { Groups } from "./groups";
import { graphRoute, type Mode } from "./routes";
import { Way } from "./way";

export default function Graph() {
  const { t } = useLingui();
  useTitle(t`Graph`);
  const { mode = "around" } = graphRoute.useSearch();
  const navigate = useNavigate({ from: "/graph" });
  const modes: { value: Mode; label: string; icon: React.ReactNode }[] = [
    { value: "around", label: t`Around`, icon: <CircleDot aria-hidden /> },
    { value: "path", label: t`Ways`, icon: <Route aria-hidden /> },
    { value: "common", label: t`In common`, icon: <Spline aria-hidden /> },
    { value: "groups", label: t`Groups`, icon: <Boxes aria-hidden /> },
  ];
  return (
    <div className="flex flex-col gap-5">
      <header className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <h1 className="text-3xl font-semibold">
          <Trans>Graph</Trans>
        </h1>
        <Segments
          label={t`What to look at`}
          value={mode}
          options={modes}
          onChange={(chosen) => void navigate({ search: (now) => ({ ...now, mode: chosen }) })}
          className="max-w-full overflow-x-auto"
        />
      </header>
      {mode === "around" && <Around />}
      {mode === "path" && <Way />}
      {mode === "common" && <Common />}
      {mode === "groups" && <Groups />}
    </div>
  );
}
