/** Graph. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Graph() {
  const { t } = useLingui();
  useTitle(t`Graph`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Graph</Trans>
    </h1>
  );
}
