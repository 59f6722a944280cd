import { Link } from "@tanstack/react-router";
import classes from "./shell.module.css";

/** The mark and the name. */
export const Mark = ({ size = 26 }: { readonly size?: number }) => <img src="/tern.svg" width={size} height={size} alt="" />;

export const Brand = () => (
  <Link to="/" className={classes["brand"] ?? ""} aria-label="Tern, start page">
    <Mark />
    Tern
  </Link>
);
