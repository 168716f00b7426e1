//! Connections over TLS, to a cluster with a certificate of its own making: `sslmode` and `sslrootcert` mean what they
//! mean to libpq.

use minshu_kernel::records::{Records as _, RecordsError};
use minshu_kernel::values;
use minshu_storage::cluster::Cluster;
use minshu_storage::records::{Db, Settings};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// An authority, and a certificate that it gave for a name: PEM texts of the authority, the certificate and its key.
fn certificate(name: &str) -> [String; 3] {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let server = server.signed_by(&key, &issuer).unwrap();
    [authority.pem(), server.pem(), key.serialize_pem()]
}

/// Whether the connection is encrypted, or why there is none.
async fn encrypted(url: &str) -> Result<bool, String> {
    let db = Db::open(Settings { connections: 1, ..Settings::postgres(url) });
    let db = db.await.map_err(|error| match error {
        RecordsError::Unavailable(why) => why,
        other => panic!("{other:?}"),
    })?;
    let asked = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let rows = db.point(asked.into(), values![]).await.map_err(|error| error.to_string())?;
    rows[0].get("ssl").map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_encrypted_as_the_address_says() {
    let Some(cluster) = Cluster::start().unwrap() else {
        eprintln!("skipped: PostgreSQL is not installed");
        return;
    };
    let url = cluster.url();
    assert_eq!(encrypted(&url).await, Ok(false), "a server without TLS is spoken to in clear");
    let refused = encrypted(&format!("{url}?sslmode=require")).await.unwrap_err();
    assert!(refused.contains("TLS"), "{refused}");

    let [authority, server, key] = certificate("localhost");
    cluster.put("server.crt", &server).unwrap();
    cluster.put("server.key", &key).unwrap();
    cluster.put("postgresql.auto.conf", "ssl = on\n").unwrap();
    cluster.put("pg_hba.conf", "hostssl all all 127.0.0.1/32 trust\n").unwrap();
    cluster.crash().unwrap();
    cluster.resume().unwrap_or_else(|_| panic!("it starts with TLS"));
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    std::fs::write(&root, authority).unwrap();
    let other = folder.path().join("other.pem");
    std::fs::write(&other, &certificate("localhost")[0]).unwrap();
    let (root, other) = (root.display(), other.display());
    let named = url.replace("127.0.0.1", "localhost");

    for address in [
        url.clone(),
        format!("{url}?sslmode=prefer"),
        format!("{url}?sslmode=require"),
        format!("{url}?sslmode=verify-ca&sslrootcert={root}"),
        format!("{named}?sslmode=verify-full&sslrootcert={root}"),
        format!("{named}?application_name=x&sslrootcert={root}&sslmode=require"),
    ] {
        assert_eq!(encrypted(&address).await, Ok(true), "{address}");
    }
    for address in [
        format!("{url}?sslmode=disable"),
        format!("{url}?sslmode=verify-full&sslrootcert={root}"),
        format!("{named}?sslmode=verify-full&sslrootcert={other}"),
        format!("{url}?sslmode=verify-ca&sslrootcert={other}"),
        format!("{url}?sslmode=require&sslrootcert={other}"),
        format!("{named}?sslmode=verify-full"),
        format!("{url}?sslmode=verify-full&sslrootcert=/nowhere.pem"),
        format!("{url}?sslmode=surely"),
    ] {
        assert!(encrypted(&address).await.is_err(), "{address}");
    }
}
