/** Trash. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Trash() {
  const { t } = useLingui();
  useTitle(t`Trash`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Trash</Trans>
    </h1>
  );
}
