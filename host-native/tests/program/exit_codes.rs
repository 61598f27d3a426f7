//! One exit code for each kind of failure.

use crate::setup::{finish, run_at, server};

#[test]
fn each_kind_of_failure_has_its_code() {
    let server = server();
    for (model, code, kind) in [
        ("sim", 0, ""),
        ("sim-auth", 10, "authentication"),
        ("sim-403", 11, "forbidden"),
        ("sim-quota", 12, "quota_exceeded"),
        ("sim-429", 13, "rate_limit"),
        ("sim-429+retry-after=3000", 13, "rate_limit"),
        ("sim-overloaded", 14, "overloaded"),
        ("sim-500", 15, "server_error"),
        ("sim-502", 15, "server_error"),
        ("sim-reset", 16, "connection"),
        ("sim-cut@40", 16, "connection"),
        ("sim-hang", 17, "timeout"),
        ("sim-no-end", 18, "incomplete"),
        ("sim-400", 19, "invalid_request"),
        ("sim-context", 20, "context_window_exceeded"),
        ("sim-404", 21, "not_found"),
        ("sim-bad-json", 22, "malformed_response"),
        ("sim-huge-line@33m", 23, "too_large"),
        ("sim-409", 24, "conflict"),
        ("sim-501", 25, "unsupported"),
    ] {
        for provider in ["openai", "openai-responses"] {
            let options = [
                "--stream",
                "--max-attempts",
                "1",
                "--head-timeout",
                "5s",
                "--provider",
                provider,
                "--model",
                model,
                "hi",
            ];
            let mut command = run_at(&server.url(), &options);
            if model == "sim-hang" {
                command.args(["--attempt-timeout", "100ms"]);
            }
            let ran = finish(&mut command);
            assert_eq!(ran.code, code, "{model} {provider}: {ran:?}");
            let failed = ran.stderr.lines().find(|line| line.starts_with("failed: "));
            assert_eq!(failed.is_some(), code != 0, "{model} {provider}: {ran:?}");
            assert!(failed.unwrap_or("failed: ").starts_with(&format!("failed: {kind}")), "{model}: {ran:?}");
            assert!(!ran.stderr.contains('\x1b'), "{model}: colours without a terminal");
        }
    }
}
