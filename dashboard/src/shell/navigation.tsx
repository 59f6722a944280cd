import { IconActivity, IconMail, IconRoute, IconSettings, IconTemplate, IconUsers, IconUsersGroup } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import classes from "./shell.module.css";

const places = [
  { to: "/journeys", label: "Journeys", icon: IconRoute },
  { to: "/users", label: "Users", icon: IconUsers },
  { to: "/segments", label: "Segments", icon: IconUsersGroup },
  { to: "/templates", label: "Templates", icon: IconTemplate },
  { to: "/messages", label: "Messages", icon: IconMail },
  { to: "/live", label: "Live events", icon: IconActivity },
  { to: "/settings", label: "Settings", icon: IconSettings },
] as const;

/** The main navigation. */
export const Navigation = () => (
  <nav aria-label="Main">
    <ul className={classes["list"]}>
      {places.map(({ to, label, icon: Icon }) => (
        <li key={to}>
          <Link to={to} className={classes["link"] ?? ""} activeProps={{ "aria-current": "page" }} activeOptions={{ includeSearch: false }}>
            <Icon size={18} stroke={1.7} aria-hidden />
            {label}
          </Link>
        </li>
      ))}
    </ul>
  </nav>
);
