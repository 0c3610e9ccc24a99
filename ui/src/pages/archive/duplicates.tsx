/** Duplicates. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Duplicates() {
  const { t } = useLingui();
  useTitle(t`Duplicates`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Duplicates</Trans>
    </h1>
  );
}
