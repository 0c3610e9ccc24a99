/** Item. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Item() {
  const { t } = useLingui();
  useTitle(t`Item`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Item</Trans>
    </h1>
  );
}
