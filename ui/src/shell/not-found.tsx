/** An address that leads nowhere. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { MapPinOff } from "lucide-react";
import { Button } from "@/kit/button";
import { Empty } from "@/kit/states";
import { useTitle } from "@/kit/title";

export function NotFound() {
  const { t } = useLingui();
  useTitle(t`Nothing here`);
  return (
    <main>
      <Empty
        heading="h1"
        icon={<MapPinOff aria-hidden />}
        title={t`There is nothing at this address`}
        action={
          <Button look="primary" asChild>
            <Link to="/">
              <Trans>Go home</Trans>
            </Link>
          </Button>
        }
      >
        <Trans>It may have been deleted, or the link is not quite right.</Trans>
      </Empty>
    </main>
  );
}
