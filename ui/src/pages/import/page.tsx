/** Import. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Import() {
  const { t } = useLingui();
  useTitle(t`Import`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Import</Trans>
    </h1>
  );
}
