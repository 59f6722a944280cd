import { IconMapOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Empty } from "./empty.tsx";
import classes from "./parts.module.css";

/** An address that leads nowhere. */
export const NotFound = () => (
  <main>
    <Empty icon={IconMapOff} title="There is no such page">
      <Link to="/" className={classes["inline"] ?? ""}>
        Go to the start page
      </Link>
    </Empty>
  </main>
);
