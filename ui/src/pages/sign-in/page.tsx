/** SignIn. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function SignIn() {
  const { t } = useLingui();
  useTitle(t`SignIn`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>SignIn</Trans>
    </h1>
  );
}
