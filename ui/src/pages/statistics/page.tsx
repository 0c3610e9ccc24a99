/** Statistics. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Statistics() {
  const { t } = useLingui();
  useTitle(t`Statistics`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Statistics</Trans>
    </h1>
  );
}
